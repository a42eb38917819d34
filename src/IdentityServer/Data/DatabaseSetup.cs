using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>Brings the database up to the version that this server needs.</summary>
public static class DatabaseSetup
{
    /// <summary>Applies what migrations are missing, under EF's lock, so that several nodes may start at once.</summary>
    /// <exception cref="InvalidOperationException">The database was written by a newer server.</exception>
    public static async Task MigrateAsync(Database database, CancellationToken cancellation)
    {
        await using var db = database.Open();
        if (db is SqliteDbContext)
        {
            // The journal mode is kept in the file; EF's lock and migrations run under it already.
            await db.Database.OpenConnectionAsync(cancellation);
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation);
        }

        await RefuseNewerAsync(db, cancellation);
        await db.Database.MigrateAsync(cancellation);
    }

    /// <summary>Throws unless the database is at exactly the version that this server needs.</summary>
    /// <exception cref="InvalidOperationException">It is older or newer.</exception>
    public static async Task RequireCurrentAsync(Database database, CancellationToken cancellation)
    {
        await using var db = database.Open();
        await RefuseNewerAsync(db, cancellation);
        if ((await db.Database.GetPendingMigrationsAsync(cancellation)).Any())
        {
            throw new InvalidOperationException("The database is older than this server. Run the command `migrate`, or allow Database:AutoMigrate.");
        }
    }

    private static async Task RefuseNewerAsync(ServerDbContext db, CancellationToken cancellation)
    {
        var applied = await db.Database.GetAppliedMigrationsAsync(cancellation);
        if (applied.Except(db.Database.GetMigrations()).FirstOrDefault() is { } unknown)
        {
            throw new InvalidOperationException($"The database was written by a newer server (migration {unknown}). Start that version, or restore a backup.");
        }
    }
}
