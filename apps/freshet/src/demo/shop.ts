/** What the simulated shop sells: a category, and what it is divided into. */
export const CATEGORIES: Readonly<Record<string, readonly string[]>> = {
  Garden: ['Tools', 'Seeds', 'Pots', 'Lights', 'Furniture'],
  Kitchen: ['Pans', 'Knives', 'Baking', 'Coffee', 'Storage'],
  Books: ['Crime', 'Science', 'Travel', 'Poetry', 'Comics'],
  Music: ['Vinyl', 'Guitars', 'Keys', 'Audio', 'Sheets'],
  Outdoor: ['Tents', 'Boots', 'Packs', 'Climbing', 'Maps'],
  Games: ['Board', 'Cards', 'Consoles', 'Puzzles', 'Dice'],
  Home: ['Lamps', 'Rugs', 'Shelves', 'Candles', 'Frames'],
  Sport: ['Running', 'Cycling', 'Swimming', 'Yoga', 'Tennis'],
  Children: ['Blocks', 'Dolls', 'Paint', 'Trains', 'Books'],
  Office: ['Pens', 'Paper', 'Desks', 'Chairs', 'Screens'],
}

/** Who makes it. */
export const BRANDS: readonly string[] = [
  'Alder',
  'Birch',
  'Cedar',
  'Dorn',
  'Elm',
  'Fern',
  'Gale',
  'Hazel',
  'Iris',
  'Juniper',
  'Kestrel',
  'Linden',
]

/** Who shops, in the words of a marketing department. */
export const SEGMENTS: readonly string[] = ['students', 'parents', 'gamers', 'gardeners', 'travellers', 'cooks']
