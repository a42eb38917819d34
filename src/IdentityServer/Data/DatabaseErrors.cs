using Microsoft.Data.Sqlite;
using Npgsql;

namespace IdentityServer.Data;

/// <summary>Tells database failures apart, on both providers.</summary>
public static class DatabaseErrors
{
    private const int SqliteBusy = 5;
    private const int SqliteLocked = 6;
    private const int SqliteFull = 13;
    private const int SqliteIoError = 10;
    private const int SqliteCantOpen = 14;
    private const int SqliteUniqueViolation = 2067;
    private const int SqlitePrimaryKeyViolation = 1555;
    private const int SqliteForeignKeyViolation = 787;

    /// <summary>Whether a unique index refused the write, and, as far as the database names it, which column or index.</summary>
    public static bool IsDuplicate(Exception exception, out string constraint)
    {
        constraint = Find<SqliteException>(exception) is { SqliteExtendedErrorCode: SqliteUniqueViolation or SqlitePrimaryKeyViolation } sqlite
            ? sqlite.Message
            : Find<PostgresException>(exception) is { SqlState: PostgresErrorCodes.UniqueViolation } postgres
                ? postgres.ConstraintName ?? postgres.MessageText
                : string.Empty;
        return constraint.Length > 0;
    }

    /// <summary>Whether a foreign key refused the write: what it refers to is gone.</summary>
    public static bool IsMissingReference(Exception exception) =>
        Find<SqliteException>(exception) is { SqliteExtendedErrorCode: SqliteForeignKeyViolation }
        || Find<PostgresException>(exception) is { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    /// <summary>Whether the same write may succeed when it is tried again at once.</summary>
    public static bool IsTransient(Exception exception) =>
        Find<PostgresException>(exception) is { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>
    /// Whether a connection that had been made was cut, as all that wait in a pool are when the database restarts or fails over. What
    /// was not yet committed on it has not happened.
    /// </summary>
    public static bool IsConnectionLost(Exception exception) =>
        Find<NpgsqlException>(exception) is { } npgsql
        && (npgsql.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown || npgsql.InnerException is IOException);

    /// <summary>Whether the database is busy, gone or full: the answer is 503, and nothing was acknowledged.</summary>
    public static bool IsUnavailable(Exception exception) =>
        Find<SqliteException>(exception) is
        { SqliteErrorCode: SqliteBusy or SqliteLocked or SqliteFull or SqliteIoError or SqliteCantOpen }
        || Find<NpgsqlException>(exception) is { } npgsql
            && (npgsql is not PostgresException || npgsql.IsTransient || npgsql.SqlState is ['5', '3' or '7', ..]);

    private static T? Find<T>(Exception? exception)
        where T : Exception
    {
        for (; exception is not null; exception = exception.InnerException)
        {
            if (exception is T found)
            {
                return found;
            }
        }

        return null;
    }
}
