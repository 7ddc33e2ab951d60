/** The gallery's sections in order. An id is part of an address: never change one. */
export const GALLERY_SECTIONS = [
  { id: 'palette', title: 'Palette' },
  { id: 'type', title: 'Type' },
  { id: 'icons', title: 'Icons' },
  { id: 'buttons', title: 'Buttons' },
  { id: 'fields', title: 'Fields' },
  { id: 'status', title: 'Status' },
  { id: 'feedback', title: 'Feedback' },
  { id: 'figures', title: 'Money, time, ids' },
  { id: 'tables', title: 'Tables' },
  { id: 'surfaces', title: 'Surfaces' },
  { id: 'navigation', title: 'Navigation' },
] as const

export type GallerySectionId = (typeof GALLERY_SECTIONS)[number]['id']
