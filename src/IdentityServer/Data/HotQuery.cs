using System.Collections.Concurrent;

namespace IdentityServer.Data;

/// <summary>
/// A query compiled ahead for a hot path. EF binds a compiled query to the database it first ran on; this keeps one for each, so
/// that servers on SQLite and on PostgreSQL can live in one process.
/// </summary>
/// <param name="compile">Compiles it, by <c>EF.CompileAsyncQuery</c>.</param>
internal sealed class HotQuery<TQuery>(Func<TQuery> compile)
    where TQuery : Delegate
{
    private readonly ConcurrentDictionary<Type, TQuery> compiled = new();

    /// <summary>The query for this database.</summary>
    public TQuery On(ServerDbContext db) => compiled.GetOrAdd(db.GetType(), static (_, make) => make(), compile);
}
