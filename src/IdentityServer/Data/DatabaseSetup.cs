using System.Data;
using System.Security.Cryptography;
using System.Xml.Linq;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>Brings the database up to the version that this server needs.</summary>
public static class DatabaseSetup
{
    private const long MigrationLock = 0x4944_5345_5256_4552; // Any number, the same on every node.

    private static readonly TimeSpan MigrationPatience = TimeSpan.FromHours(1);

    /// <summary>Applies what migrations are missing, under a lock, so that several nodes may start at once.</summary>
    /// <exception cref="InvalidOperationException">The database was written by a newer server.</exception>
    public static async Task MigrateAsync(Database database, CancellationToken cancellation)
    {
        await using var db = database.Open();
        db.Database.SetCommandTimeout(MigrationPatience);
        await (db is SqliteDbContext ? MigrateSqliteAsync(db, cancellation) : MigratePostgresAsync(db, cancellation));
    }

    /// <summary>Throws unless this node's master key opens the key ring in the database.</summary>
    /// <exception cref="InvalidOperationException">The key ring was sealed with another master key.</exception>
    public static async Task RequireMasterKeyAsync(Database database, MasterKey masterKey, CancellationToken cancellation)
    {
        var elements = await database.ReadAsync((db, token) => db.DataProtectionKeys.Select(key => key.Xml).ToListAsync(token), cancellation);
        try
        {
            foreach (var element in elements)
            {
                MasterKeyXmlEncryptor.RequireReadable(XElement.Parse(element), masterKey);
            }
        }
        catch (Exception exception) when (exception is CryptographicException or FormatException)
        {
            throw new InvalidOperationException(
                "The keys in the database were sealed with another master key. Give this server the one they were sealed with: the setting "
                + "IdentityServer:MasterKey, the same on every node, or the file master.key of the data folder that belongs to the database.",
                exception);
        }
    }

    /// <summary>Throws unless the database is at exactly the version that this server needs.</summary>
    /// <exception cref="InvalidOperationException">It is older or newer.</exception>
    public static async Task RequireCurrentAsync(Database database, CancellationToken cancellation)
    {
        await using var db = database.Open();
        if (!await IsCurrentAsync(db, cancellation))
        {
            throw new InvalidOperationException("The database is older than this server. Run the command `migrate`, or allow Database:AutoMigrate.");
        }
    }

    // EF's own lock on SQLite is a row, which a killed process leaves behind and every later one waits for. A lock on a file dies with
    // its process, and whoever holds it may clear the row away.
    private static async Task MigrateSqliteAsync(ServerDbContext db, CancellationToken cancellation)
    {
        using var alone = FileLock.Take(db.Database.GetDbConnection().DataSource + ".lock", cancellation);
        await db.Database.OpenConnectionAsync(cancellation);
        await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", cancellation); // Kept in the file.
        if (!await IsCurrentAsync(db, cancellation))
        {
            await db.Database.ExecuteSqlRawAsync("""DROP TABLE IF EXISTS "__EFMigrationsLock" """, cancellation);
            await db.Database.MigrateAsync(cancellation);
        }
    }

    // EF's own lock on PostgreSQL ends with each migration's transaction, so another node slips in between two of them and makes the
    // second once more. This one is the connection's, and dies with it.
    private static async Task MigratePostgresAsync(ServerDbContext db, CancellationToken cancellation)
    {
        await db.Database.OpenConnectionAsync(cancellation);
        await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellation);
        try
        {
            if (!await IsCurrentAsync(db, cancellation))
            {
                await db.Database.MigrateAsync(cancellation);
            }
        }
        finally
        {
            if (db.Database.GetDbConnection().State is ConnectionState.Open)
            {
                await db.Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", CancellationToken.None);
            }
        }
    }

    // Also asked before EF is, which does much more than look.
    private static async Task<bool> IsCurrentAsync(ServerDbContext db, CancellationToken cancellation)
    {
        var (applied, known) = ((await db.Database.GetAppliedMigrationsAsync(cancellation)).ToList(), db.Database.GetMigrations().ToList());
        return applied.Except(known).FirstOrDefault() is { } unknown
            ? throw new InvalidOperationException($"The database was written by a newer server (migration {unknown}). Start that version, or restore a backup.")
            : known.TrueForAll(applied.Contains);
    }
}
