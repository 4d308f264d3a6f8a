/** A numeric user or group id. 4294967295 is (uid_t)-1, which chown(2) takes for "leave as it is". */
export function isNumericId(text: string): boolean {
  return /^[0-9]{1,10}$/.test(text) && Number(text) < 4294967295;
}
