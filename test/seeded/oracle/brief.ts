/** A record in a message: its name, without the padding. */
export const brief = (text = "nothing"): string => JSON.stringify(text.split(" ", 1)[0]?.slice(0, 60));
