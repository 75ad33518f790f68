import { bigImageRegistry } from './bench/big-image.ts'
console.log(await bigImageRegistry())
