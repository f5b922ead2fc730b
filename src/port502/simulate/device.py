"""A device map as a device that lives: served values move, and what is written has consequences."""

from __future__ import annotations

import time as time_module
from collections.abc import Callable

from port502.errors import UsageError
from port502.registers.maps.model import DeviceMap
from port502.registers.reference import Table as TableName
from port502.registers.values import Value
from port502.service.device import Device
from port502.service.identity import Identity
from port502.service.table import Table
from port502.simulate.layout import extent, identity_of, protected, sources_of
from port502.simulate.models.choose import model_for
from port502.simulate.models.model import Model, Readings
from port502.simulate.served import ServedTable
from port502.simulate.source import Source, Told

Clock = Callable[[], float]
REFRESH = 0.5


class SimulatedDevice(Device):
    """The device of a map, with all of its points and values that move.

    ``clock`` gives unix seconds, ``seed`` makes it one device and no other. All values served within ``refresh``
    seconds are of one moment, and are computed only when somebody reads them. A client's writes are checked against
    the map's limits (exception 03), only points that the map lets write can be written (exception 02), and go on to
    the model. ``model`` is its physics, by default those of the map's category; ``identity`` is who it says it is.
    """

    def __init__(
        self,
        device_map: DeviceMap,
        *,
        seed: object = 0,
        clock: Clock = time_module.time,
        refresh: float = REFRESH,
        model: Model | None = None,
        identity: Identity | None = None,
    ) -> None:
        self.map = device_map
        self.clock = clock
        self._refresh = refresh
        self._moment = self._now()
        self._model = model or model_for(device_map.category, device_map.quantities(), seed)
        self._readings: Readings = self._look()
        points = list(device_map.points.values())
        self.sources = sources_of(device_map, points, self._readings, seed, self._model)
        contents = {table: extent(points, table, device_map.limits) for table in TableName}
        super().__init__(
            holding={range(*one): 0 for one in contents[TableName.HOLDING]},
            input={range(*one): 0 for one in contents[TableName.INPUT]},
            coil={range(*one): False for one in contents[TableName.COIL]},
            discrete={range(*one): False for one in contents[TableName.DISCRETE]},
            read_only={
                table: protected(points, contents[table], table)
                for table in (TableName.HOLDING, TableName.COIL)
            },
            identity=identity or identity_of(device_map),
        )
        self._served = {table: ServedTable(self._table(table), table, self) for table in TableName}
        for served in self._served.values():
            served.start()

    def meant(self) -> dict[str, Told]:
        """What every point says now: a number in its own unit, a text, or a state; shadowed points are left out."""
        self.look()
        return {source.point.name: source.told(self._readings, self._moment) for source in self.sources}

    def value(self, name: str) -> Value:
        """The value of a point as a client would read and decode it now; raises UsageError for an unknown name."""
        point = self.map.point(name).point
        table = self._table(point.table)
        self._served[point.table].refresh(point.start, point.stop - point.start)
        data = table.take(point.start, point.stop - point.start)
        if data is None:
            raise UsageError(f"{self.map.name} does not serve {name}")
        offset = point.address - point.start
        return point.decode(data, offset if point.table.is_bits else 2 * offset)

    def look(self) -> None:
        """Go on to the present moment: values of another one are forgotten."""
        moment = self._now()
        if moment != self._moment:
            self._moment = moment
            self._renew()

    def wrote(self, source: Source, value: Value) -> None:
        """A client wrote a point: tell the model, or let the value stay."""
        base = source.base_value(value)
        taken = False
        if self._model is not None and base is not None and source.written_as:
            taken = self._model.take(source.written_as, base, self._moment)
        if not taken:
            source.held = True
            return
        source.held = source.key is None
        self._renew()

    def raw(self, source: Source) -> Value:
        """The raw value of a point at the present moment."""
        return source.raw(self._readings, self._moment)

    def _renew(self) -> None:
        self._readings = self._look()
        for served in self._served.values():
            served.forget()

    def _now(self) -> float:
        return self.clock() // self._refresh * self._refresh if self._refresh else self.clock()

    def _look(self) -> Readings:
        return {} if self._model is None else self._model.at(self._moment)

    def _table(self, name: TableName) -> Table[int] | Table[bool]:
        return getattr(self, str(name))  # type: ignore[no-any-return]
