using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace IdentityServer.Data;

/// <summary>
/// The door to the database: reads on a context of their own, writes one transaction each. A write that returned has been
/// committed durably; one that threw has left nothing.
/// </summary>
public abstract class Database
{
    /// <summary>Whether it is known, without a question to it, that nothing was ever written.</summary>
    public virtual bool IsNew => false;

    /// <summary>A context for reading. The caller disposes it.</summary>
    public abstract ServerDbContext Open();

    /// <summary>Runs a read.</summary>
    public async Task<T> ReadAsync<T>(Func<ServerDbContext, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        await using var db = Open();
        return await read(db, cancellation);
    }

    /// <summary>
    /// Runs a write in a transaction of its own and returns when it is durable. <paramref name="write"/> touches the database and
    /// nothing else, may run again after a serialisation failure, and must finish soon: on SQLite other writers wait for it.
    /// Changes to tracked entities are saved at its end.
    /// </summary>
    /// <exception cref="DbUpdateException">A constraint was violated; see <see cref="DatabaseErrors"/>.</exception>
    public abstract Task<T> WriteAsync<T>(Func<ServerDbContext, CancellationToken, Task<T>> write, CancellationToken cancellation);

    /// <summary>Runs a write that returns nothing.</summary>
    public Task WriteAsync(Func<ServerDbContext, CancellationToken, Task> write, CancellationToken cancellation) =>
        WriteAsync(
            async (db, token) =>
            {
                await write(db, token);
                return true;
            },
            cancellation);
}

/// <summary>The database on PostgreSQL: every write is a transaction on a connection of its own.</summary>
public sealed class PostgresDatabase(DbContextOptions<PostgresDbContext> options) : Database
{
    private const int Attempts = 5;

    // Making a context costs more than a query does; what comes back is used again.
    private readonly PooledDbContextFactory<PostgresDbContext> contexts = new(options);

    /// <inheritdoc/>
    public override ServerDbContext Open() => contexts.CreateDbContext();

    /// <inheritdoc/>
    public override async Task<T> WriteAsync<T>(Func<ServerDbContext, CancellationToken, Task<T>> write, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            var committing = false;
            try
            {
                await using var db = Open();
                _ = db.TakeWhenCommitted(); // Of a write that failed.
                db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
                await using var transaction = await db.Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellation);
                var result = await write(db, cancellation);
                await db.SaveChangesAsync(cancellation);
                committing = true;
                await transaction.CommitAsync(cancellation);
                foreach (var action in db.TakeWhenCommitted())
                {
                    action();
                }

                return result;
            }
            catch (Exception exception) when (
                attempt < Attempts && (DatabaseErrors.IsTransient(exception) || (!committing && DatabaseErrors.IsConnectionLost(exception))))
            {
                await Task.Delay(TimeSpan.FromMilliseconds(5 * attempt), cancellation);
            }
        }
    }
}
