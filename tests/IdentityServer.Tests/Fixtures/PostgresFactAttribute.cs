namespace IdentityServer.Tests.Fixtures;

/// <summary>A fact about several nodes, which need PostgreSQL: where there is none (see <see cref="OnEachDatabaseAttribute"/>) it is not run.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class PostgresFactAttribute : FactAttribute
{
    public PostgresFactAttribute()
    {
        Skip = TestDatabase.Postgres is null ? "IDENTITYSERVER_TEST_POSTGRES is not set." : null;
    }
}
