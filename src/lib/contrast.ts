/**
 * The contrast of two colours that are written as `oklch(L C H)` or `#rrggbb`, as a screen shows them: clamped to sRGB, in eight bits.
 * @returns 1 to 21 (WCAG 2.2, *contrast ratio*)
 * @throws Error for another spelling
 */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b)
  return (lighter + 0.05) / (darker + 0.05)
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red, green, blue] = channelsOf(colour).map(toLinear)
  return 0.2126 * (red ?? 0) + 0.7152 * (green ?? 0) + 0.0722 * (blue ?? 0)
}

/** The sRGB channels, from 0 to 1. */
function channelsOf(colour: string): number[] {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/.exec(colour)
  if (hex) return hex.slice(1).map((pair) => Number.parseInt(pair, 16) / 255)
  return linearRgb(colour).map(inEightBits)
}

/** `#rrggbb` of a colour in either spelling, clamped to sRGB. */
export function hexOf(colour: string): string {
  const pairs = channelsOf(colour).map((channel) => Math.round(channel * 255).toString(16))
  return `#${pairs.map((pair) => pair.padStart(2, '0')).join('')}`
}

/** True where sRGB has the colour: none of its channels is clamped. */
export function isInSrgb(colour: string): boolean {
  return linearRgb(colour).every((channel) => channel > -0.0001 && channel < 1.0001)
}

/** Lightness (0 to 1), chroma and hue (in degrees) of `#rrggbb` in OKLCH. */
export function oklchOf(hex: string): { lightness: number; chroma: number; hue: number } {
  const [red = 0, green = 0, blue = 0] = channelsOf(hex).map(toLinear)
  const long = Math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
  const middle = Math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
  const short = Math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
  const a = 1.9779984951 * long - 2.428592205 * middle + 0.4505937099 * short
  const b = 0.0259040371 * long + 0.7827717662 * middle - 0.808675766 * short
  return {
    lightness: 0.2104542553 * long + 0.793617785 * middle - 0.0040720468 * short,
    chroma: Math.hypot(a, b),
    hue: ((Math.atan2(b, a) * 180) / Math.PI + 360) % 360,
  }
}

/** Linear sRGB of an OKLCH colour, not clamped (Björn Ottosson, *A perceptual color space for image processing*, 2020). */
function linearRgb(colour: string): [red: number, green: number, blue: number] {
  const [, light = '', chroma = '', hue = ''] =
    /^oklch\(\s*([\d.]+%?)\s+([\d.]+)\s+([\d.]+)(?:deg)?\s*\)$/.exec(colour) ?? []
  if (light === '') throw new Error(`not a colour of the palette: ${colour}`)
  const lightness = light.endsWith('%') ? Number(light.slice(0, -1)) / 100 : Number(light)
  const angle = (Number(hue) * Math.PI) / 180
  const [a, b] = [Number(chroma) * Math.cos(angle), Number(chroma) * Math.sin(angle)]
  const long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
  const middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
  const short = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3
  return [
    4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short,
    -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short,
    -0.0041960863 * long - 0.7034186147 * middle + 1.707614701 * short,
  ]
}

/** An sRGB channel from 0 to 1, rounded to what eight bits can say. */
function inEightBits(linear: number): number {
  const clamped = Math.min(1, Math.max(0, linear))
  const encoded = clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055
  return Math.round(encoded * 255) / 255
}

function toLinear(channel: number): number {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4
}
