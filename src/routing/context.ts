import { Directory } from "./directory.ts";
import { Roster } from "./roster.ts";
import { Router } from "./router.ts";
import type { World } from "./world.ts";

/** What all resources share, in the memory of one isolate: who leads, and which clusters there are. */
export interface Api {
  readonly world: World;
  readonly router: Router;
  readonly roster: Roster;
  readonly directory: Directory;
}

/** One an isolate. */
export function createApi(world: World): Api {
  const roster = new Roster();
  const router = new Router(world, roster);
  return { world, router, roster, directory: new Directory(router) };
}
