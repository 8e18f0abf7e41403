-- The archive as views, made once: in Synapse Studio, or by sqlcmd, against the endpoint that the deployment puts out.
-- Objects are read with the rights of whoever asks: Storage Blob Data Reader on the container.
CREATE DATABASE klaxon COLLATE Latin1_General_100_BIN2_UTF8;
GO
USE klaxon;
GO
%{ for kind in ["audit", "authentication", "cloud-api"] ~}
CREATE VIEW ${replace(kind, "-", "_")} AS
SELECT
  object.filepath(1) AS cloud,
  object.filepath(2) AS account,
  object.filepath(3) AS region,
  object.filepath(4) AS cluster,
  object.filepath(5) AS "date",
  object.filepath(6) AS "hour",
  DATEADD(MILLISECOND, event."time" % 1000, DATEADD(SECOND, event."time" / 1000, CAST('1970-01-01' AS DATETIME2(3)))) AS at,
  event.*
FROM OPENROWSET(
  BULK '${archive}/${kind}/cloud=*/account=*/region=*/cluster=*/date=*/hour=*/*.ndjson.gz',
  -- A line is one field: these characters are in none.
  FORMAT = 'CSV', PARSER_VERSION = '1.0', FIELDTERMINATOR = '0x0b', FIELDQUOTE = '0x0b', ROWTERMINATOR = '0x0a'
) WITH (text NVARCHAR(MAX)) AS object
CROSS APPLY OPENJSON(object.text) WITH (
  id VARCHAR(200),
  "time" BIGINT,
  dialect VARCHAR(40),
  actor NVARCHAR(1000),
  cloud_identity NVARCHAR(1000),
  ips NVARCHAR(MAX) AS JSON,
  user_agent NVARCHAR(2000),
  verb VARCHAR(100),
  api_group VARCHAR(300),
  resource VARCHAR(300),
  subresource VARCHAR(300),
  namespace NVARCHAR(300),
  name NVARCHAR(500),
  result VARCHAR(20),
  code INT,
  truncated BIT,
  redacted BIT,
  line NVARCHAR(MAX)
) AS event;
GO
%{ endfor ~}
