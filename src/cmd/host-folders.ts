/** Where something may be written down about each registry: certificates, `hosts.toml`. */
export const HOST_FOLDERS: readonly string[] = ['/etc/gantry/certs.d', '/etc/docker/certs.d']
