using System.Data.Common;
using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>
/// The database on SQLite: one writer, and writes that wait share a commit. Each write has a savepoint of its own, so that one
/// that fails takes nothing of the others with it, and none returns before the commit that made it durable.
/// </summary>
public sealed class SqliteDatabase : Database, IAsyncDisposable
{
    private const int SharedCommit = 64;
    private const int Waiting = 4096;

    private readonly DbContextOptions<SqliteDbContext> options;
    private readonly string connectionString;
    private readonly Channel<Work> queue = Channel.CreateBounded<Work>(new BoundedChannelOptions(Waiting) { SingleReader = true });
    private readonly SqliteReaders readers;
    private readonly Lazy<Task> writer;

    /// <summary>Opens nothing yet; the first write starts the writer.</summary>
    public SqliteDatabase(DbContextOptions<SqliteDbContext> options, string connectionString)
    {
        this.options = options;
        this.connectionString = connectionString;
        readers = new(options, connectionString);
        writer = new(() => Task.Factory.StartNew(RunAsync, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap());
    }

    /// <inheritdoc/>
    public override bool IsNew => new FileInfo(new SqliteConnectionStringBuilder(connectionString).DataSource) is { Exists: false } or { Length: 0 };

    /// <inheritdoc/>
    public override ServerDbContext Open() => readers.Take();

    /// <inheritdoc/>
    public override async Task<T> WriteAsync<T>(Func<ServerDbContext, CancellationToken, Task<T>> write, CancellationToken cancellation)
    {
        _ = writer.Value;
        var work = new Work<T>(write, cancellation);
        await queue.Writer.WriteAsync(work, cancellation);
        return await work.Result;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        queue.Writer.TryComplete();
        if (writer.IsValueCreated)
        {
            await writer.Value;
        }

        readers.Dispose();
        SqliteConnection.ClearAllPools();
    }

    private async Task RunAsync()
    {
        var batch = new List<Work>(SharedCommit);
        while (await queue.Reader.WaitToReadAsync())
        {
            try
            {
                await using var db = SqliteDbContext.OnOwnConnection(options, connectionString);
                await db.Database.OpenConnectionAsync();
                var connection = (SqliteConnection)db.Database.GetDbConnection();
                Execute(connection, null, "PRAGMA synchronous = FULL");
                db.Database.AutoSavepointsEnabled = false;
                db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
                while (await queue.Reader.WaitToReadAsync())
                {
                    await CommitBatchAsync(connection, db, batch);
                }
            }
#pragma warning disable CA1031 // Whatever broke the connection: those who wait are told, and the next write opens another.
            catch (Exception exception)
#pragma warning restore CA1031
            {
                // If not even a connection could be had, nothing was taken from the queue yet: then all who wait are told.
                while (batch.Count < Waiting && queue.Reader.TryRead(out var waiting))
                {
                    batch.Add(waiting);
                }

                FailAll(batch, exception);
            }
        }
    }

    private async Task CommitBatchAsync(SqliteConnection connection, SqliteDbContext db, List<Work> batch)
    {
        batch.Clear();
        if (!queue.Reader.TryRead(out var next))
        {
            return;
        }

        // From here on the work is in the batch: whatever happens, its caller gets an answer.
        batch.Add(next);
        await using var transaction = connection.BeginTransaction(deferred: false);
        await db.Database.UseTransactionAsync(transaction);
        await RunOneAsync(db, connection, transaction, next);
        while (batch.Count < SharedCommit && queue.Reader.TryRead(out next))
        {
            batch.Add(next);
            await RunOneAsync(db, connection, transaction, next);
        }

        await transaction.CommitAsync();
        await db.Database.UseTransactionAsync(null);
        foreach (var work in batch)
        {
            work.Acknowledge();
            foreach (var action in work.WhenCommitted)
            {
                action();
            }
        }

        batch.Clear();
    }

    private static async Task RunOneAsync(SqliteDbContext db, SqliteConnection connection, SqliteTransaction transaction, Work work)
    {
        Execute(connection, transaction, "SAVEPOINT work");
        try
        {
            await work.RunAsync(db);
            await db.SaveChangesAsync(work.Cancellation);
            Execute(connection, transaction, "RELEASE work");
            work.WhenCommitted = db.TakeWhenCommitted();
        }
#pragma warning disable CA1031 // The failure belongs to the one who asked for the work.
        catch (Exception exception) when (!BreaksTransaction(exception))
#pragma warning restore CA1031
        {
            Execute(connection, transaction, "ROLLBACK TO work");
            Execute(connection, transaction, "RELEASE work");
            work.Fail(exception);
        }
        finally
        {
            db.ChangeTracker.Clear();
            _ = db.TakeWhenCommitted();
        }
    }

    // SQLite rolls back the whole transaction by itself on these, and then nothing of the batch may be acknowledged.
    private static bool BreaksTransaction(Exception exception) => DatabaseErrors.IsUnavailable(exception);

    private static void FailAll(List<Work> batch, Exception exception)
    {
        foreach (var work in batch)
        {
            work.Fail(exception);
        }

        batch.Clear();
    }

    private static void Execute(DbConnection connection, SqliteTransaction? transaction, string sql)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // The callers pass constants.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }

    private abstract class Work(CancellationToken cancellation)
    {
        public CancellationToken Cancellation => cancellation;

        public IReadOnlyList<Action> WhenCommitted { get; set; } = [];

        public abstract Task RunAsync(ServerDbContext db);

        public abstract void Acknowledge();

        public abstract void Fail(Exception exception);
    }

    private sealed class Work<T>(Func<ServerDbContext, CancellationToken, Task<T>> write, CancellationToken cancellation) : Work(cancellation)
    {
        // Continuations run elsewhere: the writer must not be held up by whoever waits.
        private readonly TaskCompletionSource<T> completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Result => completion.Task;

        public override async Task RunAsync(ServerDbContext db)
        {
            Cancellation.ThrowIfCancellationRequested();
            result = await write(db, Cancellation);
        }

        public override void Acknowledge() => completion.TrySetResult(result!);

        public override void Fail(Exception exception)
        {
            if (exception is OperationCanceledException canceled)
            {
                completion.TrySetCanceled(canceled.CancellationToken);
            }
            else
            {
                completion.TrySetException(exception);
            }
        }
    }
}
