"""One row of each table for a merchant, whatever the tables are: made of their columns and foreign keys."""

import inspect

from sqlalchemy import Boolean, Integer, LargeBinary, String, Table, select
from sqlalchemy.orm import Session
from sqlalchemy.types import JSON

from passmanager.service.catalog.models import Store
from passmanager.service.db import Amount, Base
from passmanager.service.ids import new_id
from passmanager.service.tables import METADATA
from tests.service.merchant import Merchant

LISTS = {
    (mapper.local_table.name, name)
    for mapper in Base.registry.mappers
    for name, kind in inspect.get_annotations(mapper.class_).items()
    if str(kind).removeprefix("sqlalchemy.orm.base.").startswith("Mapped[list")
}
"""Columns that hold a JSON list; the others hold an object."""


class Rows:
    """Makes a row when somebody asks for one; parents come first."""

    def __init__(self, session: Session, merchant: Merchant, number: int) -> None:
        """The merchant and the store are there; `number` keeps unique values of several merchants apart."""
        self._session, self._number = session, number
        number_of_store = session.scalars(select(Store.number).where(Store.id == merchant.store_id)).one()
        self.rows = {
            "merchants": {"id": merchant.id}, "stores": {"id": merchant.store_id, "number": number_of_store},
        }  # fmt: skip

    def named(self, name: str) -> dict:
        return self.row(METADATA.tables[name])

    def row(self, table: Table) -> dict:
        if table.name not in self.rows:
            values = {column.name: self._value(table, column) for column in table.columns if self._wanted(column)}
            self._session.execute(table.insert().values(values))
            self.rows[table.name] = values
            if "number" in table.columns:
                asked = select(table.c.number).where(table.c.id == values["id"])
                values["number"] = self._session.scalars(asked).one()
        return self.rows[table.name]

    def _wanted(self, column) -> bool:
        if column.primary_key and column.autoincrement is not False and isinstance(column.type, Integer):
            return False
        return not column.nullable or bool(column.foreign_keys) or column.name in {"store_id", "merchant_id"}

    def _value(self, table: Table, column):
        for key in column.foreign_keys:
            if key.column.table is not table:
                return self.row(key.column.table)[key.column.name]
            return None
        if column.name in {"store_id", "merchant_id"}:
            return self.rows[f"{column.name[:-3]}s"]["id"]
        if column.name == "id":
            return new_id("xxx")
        return self._plain(column)

    def _plain(self, column):
        kind = column.type
        if isinstance(kind, JSON):
            return [] if (column.table.name, column.name) in LISTS else {}
        if isinstance(kind, Boolean):
            return True
        if isinstance(kind, Integer | Amount):
            return self._number
        if isinstance(kind, LargeBinary):
            return b"%d" % self._number
        assert isinstance(kind, String), column
        return f"{column.name} {self._number}"
