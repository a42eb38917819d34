using IdentityServer.Tests.Fixtures;
using IdentityServer.Tokens;

namespace IdentityServer.Tests.Data;

public sealed class HotQueryTests
{
    [Theory, OnEachDatabase]
    public async Task A_query_compiled_for_one_database_runs_on_the_other_too(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);

        Assert.Null(await server.ReadAsync(db => StoredGrant.FindAsync(db, [1, 2, 3], TokenType.Refresh, CancellationToken.None)));
    }
}
