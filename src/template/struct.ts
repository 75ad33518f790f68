import type { ScalarType, Type } from './types.ts'
import type { Data, FuncValue, PointerValue, StructValue, Value } from './values.ts'
import { func, pointTo, structValue } from './values.ts'

/** A field's value; a function is a method without parameters, called each time a template asks for it. */
export type Member = Data | (() => Data) | Method

export type RowMember = (() => Data) | Method

export type RowMembers = Readonly<Record<string, RowMember>> | ReadonlyMap<string, RowMember>

export type Members = Readonly<Record<string, Member>> | ReadonlyMap<string, Member>

/**
 * A struct with a Go name and its members in Go's order: a member that is not there is an error (`can't evaluate field
 * X in type T`). A name with `*` in front gives a pointer to the struct.
 */
export function struct(typeName: string, members: Members): StructValue | PointerValue {
  return build(typeName, members, false)
}

/**
 * A row of one of Docker's lists: everything is a method, called only when the template uses it. Its JSON is the object
 * of its methods without parameters, sorted by name.
 */
export function row(typeName: string, members: RowMembers): StructValue | PointerValue {
  return build(typeName, members, true)
}

const METHOD = Symbol('method')

/** A method with parameters: `.Label "key"`. */
export interface Method {
  readonly [METHOD]: true
  readonly func: FuncValue
}

/** A method that a template calls with arguments of the given types; an error that `call` throws ends the template. */
export function method(params: readonly ScalarType[], call: (args: readonly Value[]) => Data): Method {
  return { [METHOD]: true, func: func(funcType(params), call) }
}

/** `func(string) string` and the like, for callers that put functions into data or into the function table. */
export function funcType(params: readonly Type[], rest?: Type): FuncValue['type'] {
  const names = params.map(param => param.name)
  if (rest !== undefined) names.push(`...${rest.name}`)
  const type = { kind: 'func', name: `func(${names.join(', ')}) interface {}`, params } as const
  return rest === undefined ? type : { ...type, rest }
}

function build(typeName: string, members: Members, jsonOfMethods: boolean): StructValue | PointerValue {
  const fields = new Map<string, Data>()
  const methods = new Map<string, FuncValue>()
  for (const [name, member] of members instanceof Map ? members : Object.entries(members)) {
    if (typeof member === 'function') methods.set(name, func(funcType([]), member))
    else if (isMethod(member)) methods.set(name, member.func)
    else fields.set(name, member)
  }
  const isPointer = typeName.startsWith('*')
  const type = { kind: 'struct', name: isPointer ? typeName.slice(1) : typeName, fields: undefined } as const
  const value = structValue({ type, fields, methods, jsonOfMethods })
  return isPointer ? pointTo(value) : value
}

function isMethod(member: Member): member is Method {
  return typeof member === 'object' && member !== null && METHOD in member
}
