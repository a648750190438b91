import { type Commands, demand, nothing, number, only } from "./words.ts";

/** Commands for the state of the nodes before they run. */
export const setup: Commands = {
  nodes(stage, [size, word, voters, ...rest]) {
    demand(rest.length === 0 && (word === undefined || word === "voters"), "nodes SIZE [voters COUNT]");
    stage.nodes(number(size), word === undefined ? number(size) : number(voters));
    return nothing;
  },
  log(stage, [id, ...terms]) {
    stage.log(number(id), terms.map(number));
    return nothing;
  },
  term(stage, words) {
    only(words, 2);
    stage.term(number(words[0]), number(words[1]));
    return nothing;
  },
  "append-bytes"(stage, words) {
    only(words, 1);
    stage.appendBytes(number(words[0]));
    return nothing;
  },
  vote(stage, words) {
    only(words, 2);
    stage.vote(number(words[0]), number(words[1]));
    return nothing;
  },
};
