import { encode } from 'uqr'

/** A QR code as an image. Black on white in the dark mode too: not every camera reads it the other way round. */
export function QrCode({ text, label }: { text: string; label: string }) {
  // Four modules of margin around (ISO/IEC 18004, 5.3.8).
  const { data, size } = encode(text, { ecc: 'M', border: 4 })
  const dark = data.flatMap((row, y) => row.flatMap((on, x) => (on ? [`M${x} ${y}h1v1h-1z`] : [])))
  return (
    <svg viewBox={`0 0 ${size} ${size}`} role="img" aria-label={label} className="size-48 rounded-md">
      <rect width={size} height={size} fill="#fff" />
      <path d={dark.join('')} fill="#000" shapeRendering="crispEdges" />
    </svg>
  )
}
