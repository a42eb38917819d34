using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Data;

/// <summary>The database as SQLite holds it; its migrations are in <c>Data/Migrations/Sqlite</c>.</summary>
public sealed class SqliteDbContext(DbContextOptions<SqliteDbContext> options) : ServerDbContext(options)
{
    private Action<SqliteDbContext>? giveBack;

    /// <summary>A context with a connection of its own, which it closes when it is disposed.</summary>
    internal static SqliteDbContext OnOwnConnection(DbContextOptions<SqliteDbContext> options, string connectionString)
    {
        var connection = new SqlitePreparedConnection(connectionString);
        return new(new DbContextOptionsBuilder<SqliteDbContext>(options).UseSqlite(connection, contextOwnsConnection: true).Options);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Interlocked.Exchange(ref giveBack, null) is { } lender)
        {
            lender(this);
        }
        else
        {
            base.Dispose();
        }
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref giveBack, null) is { } lender)
        {
            lender(this);
            return ValueTask.CompletedTask;
        }

        return base.DisposeAsync();
    }

    /// <summary>The next disposal gives the context back instead.</summary>
    internal void Lend(Action<SqliteDbContext> lender) => giveBack = lender;

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<Guid>().HaveConversion<GuidConverter>();
    }
}
