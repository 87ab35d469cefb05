enum CatalogJobsRoom {}
