import { closeSync, openSync } from 'node:fs'
import { checked, syncfs } from './ffi.ts'

/**
 * Writes everything that was written to the file system of `folder` to the disk, on a thread of its own: it may take
 * seconds. syncfs(2). @throws SyscallError; ENOSPC and EIO of writes that the kernel had put off come out here.
 */
export async function syncFileSystem(folder: string): Promise<void> {
  const fd = openSync(folder, 'r')
  try {
    await new Promise<void>((resolve, reject) => {
      syncfs.async(fd, (error, result) => {
        try {
          if (error !== null) throw error
          checked(result, 'syncfs', folder)
          resolve()
        } catch (failure) {
          reject(failure)
        }
      })
    })
  } finally {
    closeSync(fd)
  }
}
