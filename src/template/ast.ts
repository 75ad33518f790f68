import type { NumberConstant } from './number.ts'
import { quote } from './quote.ts'

/** Every node knows where it began (`at`, UTF-16 units), for errors. */
interface Placed {
  readonly at: number
}

export interface DotNode extends Placed {
  readonly kind: 'dot'
}
export interface NilNode extends Placed {
  readonly kind: 'nil'
}
export interface BoolNode extends Placed {
  readonly kind: 'bool'
  readonly value: boolean
}
export interface NumberNode extends Placed {
  readonly kind: 'number'
  readonly constant: NumberConstant
}
export interface StringNode extends Placed {
  readonly kind: 'string'
  readonly literal: string
  readonly value: string
}
/** `.a.b` */
export interface FieldNode extends Placed {
  readonly kind: 'field'
  readonly names: readonly string[]
}
/** `$x.a.b`; the first name has its dollar sign. */
export interface VariableNode extends Placed {
  readonly kind: 'variable'
  readonly names: readonly string[]
}
/** The name of a function. */
export interface IdentifierNode extends Placed {
  readonly kind: 'identifier'
  readonly name: string
}
/** `(pipeline).a.b` or `function.a.b` */
export interface ChainNode extends Placed {
  readonly kind: 'chain'
  readonly operand: Operand
  readonly names: readonly string[]
}
export interface PipeNode extends Placed {
  readonly kind: 'pipe'
  readonly variables: readonly VariableNode[]
  readonly assigns: boolean
  readonly commands: readonly CommandNode[]
}
export type Operand =
  | DotNode
  | NilNode
  | BoolNode
  | NumberNode
  | StringNode
  | FieldNode
  | VariableNode
  | IdentifierNode
  | ChainNode
  | PipeNode

/** An operand and its arguments. */
export interface CommandNode extends Placed {
  readonly kind: 'command'
  readonly first: Operand
  readonly args: readonly Operand[]
}

export interface TextNode extends Placed {
  readonly kind: 'text'
  readonly text: string
}
export interface ActionNode extends Placed {
  readonly kind: 'action'
  readonly pipe: PipeNode
}
export interface BranchNode extends Placed {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: PipeNode
  readonly body: readonly Statement[]
  readonly otherwise: readonly Statement[] | undefined
}
export interface TemplateNode extends Placed {
  readonly kind: 'template'
  readonly name: string
  readonly pipe: PipeNode | undefined
}
export interface LeaveNode extends Placed {
  readonly kind: 'break' | 'continue'
}
export type Statement = TextNode | ActionNode | BranchNode | TemplateNode | LeaveNode
export type Node = Statement | Operand | CommandNode

/** The node as a template would spell it: the context that errors name. */
export function spell(node: Node): string {
  switch (node.kind) {
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'bool':
      return String(node.value)
    case 'number':
      return node.constant.text
    case 'string':
      return node.literal
    case 'field':
      return node.names.map(name => `.${name}`).join('')
    case 'variable':
      return node.names.join('.')
    case 'identifier':
      return node.name
    case 'chain':
      return [spellOperand(node.operand), ...node.names].join('.')
    case 'pipe':
      return spellPipe(node)
    case 'command':
      return [node.first, ...node.args].map(spellOperand).join(' ')
    case 'text':
      return node.text
    case 'action':
      return `{{${spellPipe(node.pipe)}}}`
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${spellPipe(node.pipe)}`}}}`
    case 'break':
    case 'continue':
      return `{{${node.kind}}}`
    case 'if':
    case 'with':
    case 'range':
      return spellBranch(node)
  }
}

function spellOperand(node: Operand): string {
  return node.kind === 'pipe' ? `(${spellPipe(node)})` : spell(node)
}

function spellPipe(pipe: PipeNode): string {
  const names = pipe.variables.map(spell).join(', ')
  const commands = pipe.commands.map(spell).join(' | ')
  if (names === '') return commands
  return `${names} ${pipe.assigns ? '=' : ':='} ${commands}`
}

function spellBranch(node: BranchNode): string {
  const body = node.body.map(spell).join('')
  const otherwise = node.otherwise === undefined ? '' : `{{else}}${node.otherwise.map(spell).join('')}`
  return `{{${node.kind} ${spellPipe(node.pipe)}}}${body}${otherwise}{{end}}`
}
