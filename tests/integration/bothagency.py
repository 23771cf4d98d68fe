"""An agency whose one adapter serves folders, HTTP and its tables at once."""
import httpagency
import tableagency


class Both(httpagency.Agency):
    def __init__(self, w, database, slug, **settings):  # settings: as in table.yaml
        self.table = tableagency.Agency(w, database, slug, start=False, **settings)
        super().__init__(w, slug)

    def start(self):
        self.process = self.w.start_adapter(self.slug, more=("--http", self.folder / "http.yaml", "--table", self.table.file))
