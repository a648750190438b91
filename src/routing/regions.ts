/** A point on the globe, degrees. */
export interface Place {
  readonly latitude: number;
  readonly longitude: number;
}

/** The platform's location hints, each with a point in the middle of its data centres. */
const places = {
  wnam: { latitude: 37.8, longitude: -122.4 },
  enam: { latitude: 39, longitude: -77.5 },
  sam: { latitude: -23.5, longitude: -46.6 },
  weur: { latitude: 50.1, longitude: 4.4 },
  eeur: { latitude: 52.2, longitude: 21 },
  apac: { latitude: 22.3, longitude: 114.2 },
  "apac-ne": { latitude: 35.7, longitude: 139.7 },
  "apac-se": { latitude: 1.4, longitude: 103.8 },
  oc: { latitude: -33.9, longitude: 151.2 },
  afr: { latitude: -26.2, longitude: 28 },
  me: { latitude: 25.2, longitude: 55.3 },
} as const satisfies Readonly<Record<string, Place>>;

export type Region = keyof typeof places;

/** All regions, in no special order; never empty. */
export const regions = Object.keys(places) as [Region, ...Region[]];

/** Whether `name` is a location hint of the platform. */
export function isRegion(name: string): name is Region {
  return Object.hasOwn(places, name);
}

const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The central angle between two places, radians (haversine formula): good for ordering by distance. */
function angle(a: Place, b: Place): number {
  const latitude = Math.sin(radians(b.latitude - a.latitude) / 2) ** 2;
  const longitude = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return (
    2 *
    Math.asin(Math.sqrt(latitude + Math.cos(radians(a.latitude)) * Math.cos(radians(b.latitude)) * longitude))
  );
}

/** How far a region is from a place, for ordering only. Unknown regions are the farthest. */
export function distance(region: string, from: Place): number {
  return isRegion(region) ? angle(places[region], from) : Number.POSITIVE_INFINITY;
}

/** Where a request entered the platform; null if that is not known. */
export function placeOf(request: Request): Place | null {
  const cf = request.cf as Partial<IncomingRequestCfProperties> | undefined;
  const latitude = Number.parseFloat(cf?.latitude ?? "");
  const longitude = Number.parseFloat(cf?.longitude ?? "");
  return Number.isFinite(latitude) && Number.isFinite(longitude) ? { latitude, longitude } : null;
}
