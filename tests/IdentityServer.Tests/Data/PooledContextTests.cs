using System.Data;
using IdentityServer.Data;
using IdentityServer.Tests.Fixtures;
using Microsoft.EntityFrameworkCore;

namespace IdentityServer.Tests.Data;

public sealed class PooledContextTests
{
    [PostgresFact]
    public async Task A_context_that_is_given_back_has_let_go_of_its_connection()
    {
        var server = await TestServer.SharedAsync(DatabaseProvider.Postgres);
        var db = server.Get<Database>().Open();
        await db.Database.OpenConnectionAsync();
        var connection = db.Database.GetDbConnection();

        await db.DisposeAsync();

        Assert.Equal(ConnectionState.Closed, connection.State);
    }

    [Theory, OnEachDatabase]
    public async Task A_context_that_is_used_again_remembers_nothing(DatabaseProvider provider)
    {
        var server = await TestServer.SharedAsync(provider);
        var database = server.Get<Database>();
        var user = await server.AddUserAsync();
        for (var use = 0; use < 3; use++)
        {
            await using var db = database.Open();
            Assert.Equal(QueryTrackingBehavior.NoTracking, db.ChangeTracker.QueryTrackingBehavior);
            Assert.Empty(db.ChangeTracker.Entries());
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.TrackAll;
            (await db.Users.SingleAsync(row => row.Id == user.Id)).FullName = "Somebody else";
        }

        Assert.Equal(user.FullName, await server.ReadAsync(db => db.Users.Where(row => row.Id == user.Id).Select(row => row.FullName).SingleAsync()));
    }
}
