import type { SqlValue } from "../../src/storage/database.ts";
import { isRead, NodeDatabase, type Rows } from "./node-database.ts";

/** The tables of a node, and the keys of their rows. */
const tables = [
  { name: "entries", key: "idx" },
  { name: "node", key: "one" },
] as const;

/**
 * A database in which some writes are not durable yet. Its writes are units numbered from 1: each
 * transaction, and each single write, is one. Units become durable in that order, when `markDurable` says so,
 * and a crash loses the others. Triggers keep the earlier contents of each row, so the statements under test
 * run unchanged.
 */
export class UnsyncedDatabase extends NodeDatabase {
  #written = 0;
  /** For each unit that is not durable, oldest first: the end of its rows in the `undo_…` tables. */
  #pending: (readonly number[])[] = [];
  #ends: readonly number[] = tables.map(() => 0);
  /** The unit that created the tables; null before that. */
  #birth: number | null = null;

  /** The number of the last unit. Numbers of lost units are not reused. */
  get written(): number {
    return this.#written;
  }

  /** Units up to this number are on disk from now on. */
  markDurable(upTo: number): void {
    const durable = this.#written - this.#pending.length;
    const ends = this.#pending.splice(0, Math.max(0, upTo - durable)).at(-1) ?? [];
    for (const [at, { name }] of tables.entries())
      if (ends[at] !== undefined) super.exec(`DELETE FROM undo_${name} WHERE at <= ?`, [ends[at]]);
  }

  /** Loses the units after number `keep`, but never a durable one. The kept units are durable afterwards. */
  crash(keep = 0): void {
    this.markDurable(keep);
    const isUnborn = this.#birth !== null && this.#birth > this.#written - this.#pending.length;
    if (isUnborn) this.#drop();
    else if (this.#pending.length > 0) for (const { name, key } of tables) this.#undo(name, key);
    this.#pending = [];
  }

  protected override exec(query: string, bindings: Parameters<NodeDatabase["exec"]>[1]): Rows {
    const rows = super.exec(query, bindings);
    if (!this.isOpen && !isRead(query)) this.#end();
    return rows;
  }

  override transactionSync<T>(body: () => T): T {
    const result = super.transactionSync(body);
    if (!this.isOpen) this.#end();
    return result;
  }

  /** A transaction that wrote nothing is no unit, because there is nothing to make durable. */
  #end(): void {
    const isBirth = this.#birth === null && this.#hasTables();
    if (isBirth) this.#watch();
    if (this.#birth === null && !isBirth) return;
    const ends = tables.map(({ name }, at) => this.#endOf(name) ?? this.#ends[at] ?? 0);
    if (!isBirth && ends.every((end, at) => end === this.#ends[at])) return;
    this.#ends = ends;
    this.#written += 1;
    if (isBirth) this.#birth = this.#written;
    this.#pending.push(ends);
  }

  #hasTables(): boolean {
    return this.#first("SELECT 1 FROM sqlite_master WHERE name = 'node'") !== undefined;
  }

  #endOf(table: string): number | null {
    return this.#first(`SELECT max(at) FROM undo_${table}`)?.[0] as number | null;
  }

  #first(query: string): SqlValue[] | undefined {
    return [...super.exec(query, []).raw()][0];
  }

  #watch(): void {
    for (const { name, key } of tables) {
      const columns = this.#columnsOf(name);
      const old = columns.map((column) => `OLD.${column}`).join(", ");
      const keep = `INSERT INTO undo_${name} (was_there, row_key, ${columns.join(", ")}) VALUES (1, OLD.${key}, ${old})`;
      this.db.exec(`
        CREATE TEMP TABLE undo_${name}
          (at INTEGER PRIMARY KEY AUTOINCREMENT, was_there INTEGER, row_key INTEGER, ${columns.join(", ")});
        CREATE TEMP TRIGGER inserted_${name} AFTER INSERT ON main.${name}
          BEGIN INSERT INTO undo_${name} (was_there, row_key) VALUES (0, NEW.${key}); END;
        CREATE TEMP TRIGGER updated_${name} BEFORE UPDATE ON main.${name} BEGIN ${keep}; END;
        CREATE TEMP TRIGGER deleted_${name} BEFORE DELETE ON main.${name} BEGIN ${keep}; END;`);
    }
  }

  #columnsOf(table: string): readonly string[] {
    return [...super.exec(`SELECT name FROM pragma_table_info('${table}')`, []).raw()].map(([name]) =>
      String(name),
    );
  }

  /** Restores the earlier rows, beginning with the last change. */
  #undo(table: string, key: string): void {
    const columns = this.#columnsOf(table).join(", ");
    const changes = [
      ...super.exec(`SELECT at, was_there, row_key FROM undo_${table} ORDER BY at DESC`, []).raw(),
    ];
    for (const [at = null, wasThere, of = null] of changes) {
      if (wasThere === 0) super.exec(`DELETE FROM ${table} WHERE ${key} = ?`, [of]);
      else {
        const was = `SELECT ${columns} FROM undo_${table} WHERE at = ?`;
        super.exec(`INSERT OR REPLACE INTO ${table} (${columns}) ${was}`, [at]);
      }
    }
    super.exec(`DELETE FROM undo_${table}`, []);
  }

  #drop(): void {
    for (const { name } of tables) this.db.exec(`DROP TABLE ${name}; DROP TABLE undo_${name};`);
    this.db.exec("DROP TABLE schema_version");
    this.#birth = null;
    this.#ends = tables.map(() => 0);
  }
}
