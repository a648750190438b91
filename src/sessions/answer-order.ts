/** Sends the answers of a session in the order of its requests. */
export class AnswerOrder {
  #last: Promise<void> = Promise.resolve();
  /** Requests without an answer yet. */
  requests = 0;
  /** Characters of their messages. */
  characters = 0;

  /** `answer` never fails. Its result is called when its turn has come. */
  add(characters: number, answer: Promise<() => void>): void {
    this.requests += 1;
    this.characters += characters;
    this.#last = this.#follow(this.#last, characters, answer);
  }

  async #follow(before: Promise<void>, characters: number, answer: Promise<() => void>): Promise<void> {
    const give = await answer;
    await before;
    this.requests -= 1;
    this.characters -= characters;
    give();
  }
}
