/** Encrypts with a secret of this system that other users and copied files do not have. */
export interface Cipher {
  encrypt(text: string): Promise<Uint8Array>;
  decrypt(bytes: Uint8Array): Promise<string>;
}
