import type { MysqlLogin } from '../../../engine/resources/sql/mysql-client.ts';
import type { PostgresLogin } from '../../../engine/resources/sql/postgresql-client.ts';

export const POSTGRES_LOGIN: PostgresLogin = {
  user: 'postgres',
  password: '',
  host: '',
  socket: '',
  port: 5432,
  database: 'postgres',
  role: undefined,
  variables: { PGSSLMODE: '', PGSSLROOTCERT: '', PGSSLCERT: '', PGSSLKEY: '' },
  parameters: {},
  preamble: '',
};

export const MYSQL_LOGIN: MysqlLogin = {
  user: undefined,
  password: undefined,
  host: 'localhost',
  socket: undefined,
  port: 3306,
  timeout: 30,
  configFile: undefined,
  options: {},
  triesRoot: false,
  preamble: '',
};
