/**
 * node:http, to be used instead of importing its values: an import reads every export of the module, and some of them
 * load all of undici when they are read, which takes a process 16 MB and 20 ms.
 */
export const http = process.getBuiltinModule('node:http')
