// The tables as TypeORM knows them, from the columns that the bench gives: the mirror's own. Subsquid wants a property
// `id` to know a row by: that is the place on the chain in a journal, the first column of its key in a latest.
"use strict";

const { Column, Entity, PrimaryColumn } = require("typeorm");

const SCHEMA = process.env.PEER_SCHEMA;

function model({ name, key, columns }) {
  const row = class {
    constructor(properties) {
      Object.assign(this, properties);
    }
  };
  Entity({ name, schema: SCHEMA })(row);
  for (const [column, type] of Object.entries(columns)) {
    const options = { type, name: column, nullable: !key.includes(column) };
    if (column === key[0]) PrimaryColumn(options)(row.prototype, "id");
    else if (key.includes(column)) PrimaryColumn(options)(row.prototype, column);
    else Column(options)(row.prototype, column === "id" ? "subject" : column);
  }
  return row;
}

for (const table of JSON.parse(process.env.PEER_TABLES)) exports[table.name] = model(table);
