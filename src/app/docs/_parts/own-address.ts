import { apiDocument } from '../api/_parts/document'

/** Texts of the docs are written for the default port: the function that is returned puts in this installation's own address. */
export async function ownAddress(): Promise<(text: string) => string> {
  const [{ url }] = (await apiDocument()).servers
  return (text) => text.replaceAll('http://localhost:3000', url)
}
