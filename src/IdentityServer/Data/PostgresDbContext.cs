using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>The database as PostgreSQL holds it; its migrations are in <c>Data/Migrations/Postgres</c>.</summary>
public sealed class PostgresDbContext(DbContextOptions<PostgresDbContext> options) : ServerDbContext(options);
