/** A drawing of each product in the palette's colours; a circle for a product without one. */
export function ProductPicture({ sku }: { sku: string }) {
  return (
    <div className="flex h-40 items-center justify-center border-line border-b bg-muted/70 text-ink-2">
      <svg
        aria-hidden="true"
        viewBox="0 0 96 96"
        className="size-24"
        fill="none"
        stroke="currentColor"
        strokeWidth="2"
        strokeLinejoin="round"
        strokeLinecap="round"
      >
        {PICTURES[sku] ?? <circle cx="48" cy="48" r="20" />}
      </svg>
    </div>
  )
}

const PICTURES: Record<string, React.ReactNode> = {
  't-shirt': (
    <>
      <path
        d="M34 20 16 30l7 16 8-4v36h34V42l8 4 7-16-18-10c-2 6-7 10-14 10s-12-4-14-10Z"
        className="fill-surface"
      />
      <circle cx="43" cy="52" r="5" className="fill-accent stroke-accent" />
      <circle cx="56" cy="52" r="4.5" />
    </>
  ),
  notebook: (
    <>
      <path d="M26 16h44a4 4 0 0 1 4 4v56a4 4 0 0 1-4 4H26z" className="fill-surface" />
      <path d="M26 16v64M50 30v38M34 38h10M34 46h10M34 54h10M56 38h10M56 46h10" />
      <path d="M34 62h10M56 62h10" className="stroke-accent" />
    </>
  ),
  tea: (
    <>
      <path d="M24 40h44v18a20 20 0 0 1-20 20h-4a20 20 0 0 1-20-20z" className="fill-surface" />
      <path d="M68 46h4a8 8 0 0 1 0 16h-5M20 84h56" />
      <path d="M38 30c-4-4 4-8 0-14M52 30c-4-4 4-8 0-14" className="stroke-accent" />
    </>
  ),
  lamp: (
    <>
      <path d="M34 82h28M48 82V64M48 64 30 44l18-18" />
      <path d="m44 18 22 22c2-9 0-16-5-21s-11-4-17-1Z" className="fill-surface" />
      <path d="M62 46l4 6M70 40l6 4M68 48l6 6" className="stroke-accent" />
    </>
  ),
}
