export type { FunctionTable, TemplateFunction } from './call.ts'
export { ANYTHING } from './call.ts'
export { DOCKER_FUNCTIONS, HEADER_FUNCTIONS } from './docker.ts'
export type { MissingKey } from './field.ts'
export { parseJsonExact } from './json-parse.ts'
export type { Member, Members, Method } from './struct.ts'
export { funcType, method, row, struct } from './struct.ts'
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
export { bool, float, func, int, JsonNumber, map, pointer, slice, string } from './values.ts'
export { view } from './view.ts'
