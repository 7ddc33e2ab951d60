/** Limits of the server (`settings/png.ts`), and the heights that are tried until the picture fits. */
const MAX = { bytes: 32 * 1024, width: 576 }
const HEIGHTS = [96, 72, 56, 40, 32]
/** 10 MB: more than a logo has; what is larger may take long to decode. */
const FILE_MAX_BYTES = 10_000_000

/**
 * Draws a picture of a file anew, small enough for a logo, as a PNG in base64. The server takes nothing else, so whatever the file has beside
 * its picture never leaves this browser.
 * @throws Error with a sentence for the reader
 */
export async function pngOfFile(file: File): Promise<string> {
  if (file.size > FILE_MAX_BYTES) throw new Error('This file is larger than 10 MB.')
  if (!(await isPicture(file))) throw new Error('Choose a PNG, JPEG or WebP picture.')
  const picture = await createImageBitmap(file).catch(() => {
    throw new Error('This picture is damaged: it could not be read.')
  })
  for (const height of HEIGHTS) {
    const png = await drawn(picture, Math.min(height, picture.height))
    if (png && png.size <= MAX.bytes) return base64Of(png)
  }
  throw new Error(
    'This picture has too much detail for a logo: even at 32 pixels high it is larger than 32 KiB.',
  )
}

/** By its first bytes: a name or a type can be anything. */
async function isPicture(file: File): Promise<boolean> {
  const start = new Uint8Array(await file.slice(0, 12).arrayBuffer())
  const hex = [...start].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.startsWith('89504e470d0a1a0a') || hex.startsWith('ffd8ff') || /^52494646.{8}57454250$/.test(hex)
}

function drawn(picture: ImageBitmap, atHeight: number): Promise<Blob | null> {
  const scale = Math.min(atHeight / picture.height, MAX.width / picture.width)
  const canvas = document.createElement('canvas')
  canvas.width = Math.max(1, Math.round(picture.width * scale))
  canvas.height = Math.max(1, Math.round(picture.height * scale))
  const context = canvas.getContext('2d')
  if (!context) return Promise.resolve(null)
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  return new Promise((resolve) => canvas.toBlob(resolve, 'image/png'))
}

async function base64Of(blob: Blob): Promise<string> {
  const bytes = new Uint8Array(await blob.arrayBuffer())
  return btoa([...bytes].map((byte) => String.fromCharCode(byte)).join(''))
}
