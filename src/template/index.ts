export type { FunctionTable, TemplateFunction } from './call.ts'
export { ANYTHING } from './call.ts'
export { DOCKER_FUNCTIONS, HEADER_FUNCTIONS } from './docker.ts'
export type { MissingKey } from './field.ts'
export type { Column, ListFormat, ListRequest } from './format.ts'
export { renderList } from './format.ts'
export type { Inspected, Inspection } from './inspect.ts'
export { renderInspect } from './inspect.ts'
export { parseJsonExact } from './json-parse.ts'
export type { Member, Members, Method } from './struct.ts'
export { funcType, method, row, struct } from './struct.ts'
export { formatTable } from './table.ts'
export type { CompileOptions, ExecuteOptions, Execution } from './template.ts'
export { compile, Template } from './template.ts'
export type { Type } from './types.ts'
export {
  ANY,
  BOOL,
  FLOAT64,
  field,
  INT,
  INT64,
  mapOf,
  named,
  pointerTo,
  STRING,
  sliceOf,
  structType,
  UINT8,
  UINT16,
  UINT64,
} from './types.ts'
export type { Data, Value } from './values.ts'
export { bool, float, func, int, integerOf, JsonNumber, map, pointer, slice, string, textOf } from './values.ts'
export { view } from './view.ts'
export { displayWidth } from './width.ts'
