import { Directory } from "./directory.ts";
import { Roster } from "./roster.ts";
import { Router } from "./router.ts";
import type { World } from "./world.ts";

/** State that all resources share in the memory of one isolate: known leaders, members and clusters. */
export interface Api {
  readonly world: World;
  readonly router: Router;
  readonly roster: Roster;
  readonly directory: Directory;
}

/** One for each isolate. */
export function createApi(world: World): Api {
  const roster = new Roster();
  const router = new Router(world, roster);
  return { world, router, roster, directory: new Directory(router) };
}
