enum CatalogScannerRoom {}
