/** A small file with everything that pictures of plans and runs must show. */
export const shopText = `name: shop
services:
  - name: search
  - name: db
  - name: cache
  - name: api
    depends_on: [db]
  - name: web
    depends_on: [api]
  - name: worker
jobs:
  - name: migrate
  - name: report
charts:
  - name: ingress
    directory: charts/ingress
workflows:
  - name: setup
    parallelize:
      - step: search
        wait_for_finish: false
        tasks: [services.search]
      - step: data
        tasks: [services.db, services.cache]
      - step: migrate
        halt_on_error: true
        tasks: [jobs.migrate]
      - step: apps
        tasks:
          - services.api
          - services.web
          - {task: services.worker, needs: [search], wait_for_finish: false}
          - {task: jobs.report, needs: [], attempts: 3}
          - charts.ingress
  - name: teardown
    order_from: [release.remove_environment]
`;
