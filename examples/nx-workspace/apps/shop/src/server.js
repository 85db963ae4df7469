// Takes orders.
import { createServer } from 'node:http';

createServer((request, response) => response.end('ordered\n')).listen(8080);
