/** Words for the names of containers that got none. */
const MOODS =
  'able agile amber ample apt ardent bold brave bright brisk calm candid clear clever cosy crisp curious daring deft dry eager early easy even fair fast fine firm fleet fond frank free fresh gentle glad grand great green happy hardy honest humble jolly keen kind large late lean light lively loyal lucid lucky mellow merry mild modest neat nimble noble open patient plain polite prompt proud quick quiet rapid ready robust rosy round sage sharp shiny silent sleek smart smooth snug sober solid steady stout sunny swift tame tidy trusty upbeat vast vivid warm wise witty young zesty'.split(
    ' ',
  )
const THINGS =
  'anchor anvil arch atlas barge beacon bell bobbin bolt boom bracket bridge brook buoy cable capstan cart chain clamp cleat coil compass crane crate crest davit deck derrick dock dolly drum engine fender ferry flange flask float forge frame funnel gasket gauge gear girder grapple harbour hatch hawser helm hinge hoist hook hopper hull jetty jib keel kiln lantern latch lever lock loom mast moor motor net oar pallet pier pile piston pivot pulley pylon quay rack rail ramp reef ribbon rig rivet rope rotor rudder sail shaft shed shore sled sling spar spindle spool spring stack strut tackle tide tiller tower trawl trolley truss tug valve vane wagon wharf wheel winch yard yoke'.split(
    ' ',
  )

/** `brave_winch`, then `brave_winch7` where that is taken. */
export function randomName(isTaken: (name: string) => boolean): string {
  for (let attempt = 0; ; attempt++) {
    const name = `${pick(MOODS)}_${pick(THINGS)}${attempt === 0 ? '' : Math.floor(Math.random() * 10 ** attempt)}`
    if (!isTaken(name)) return name
  }
}

function pick(words: readonly string[]): string {
  return words[Math.floor(Math.random() * words.length)] ?? ''
}
