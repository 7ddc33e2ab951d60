/** Browser and system of a session, from its User-Agent. A rough name, for the operator to recognise: nothing is decided by it. */
export function deviceName(userAgent: string | null): string {
  if (!userAgent) return 'Device not known'
  const browser = BROWSERS.find(([, mark]) => mark.test(userAgent))?.[0] ?? 'A program'
  const system = SYSTEMS.find(([, mark]) => mark.test(userAgent))?.[0]
  return system ? `${browser} on ${system}` : browser
}

/** Edge and Chrome name the browsers that they imitate, so the imitators come first. */
const BROWSERS: [string, RegExp][] = [
  ['Edge', /\bEdg(e|A|iOS)?\//],
  ['Firefox', /\b(Firefox|FxiOS)\//],
  ['Chrome', /\b(Chrome|CriOS|HeadlessChrome)\//],
  ['Safari', /\bSafari\//],
]
const SYSTEMS: [string, RegExp][] = [
  ['iPhone', /\biPhone\b/],
  ['iPad', /\biPad\b/],
  ['Android', /\bAndroid\b/],
  ['Windows', /\bWindows\b/],
  ['macOS', /\bMac OS X\b/],
  ['Linux', /\bLinux\b/],
]
