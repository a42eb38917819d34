using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;

namespace IdentityServer.Data;

/// <summary>
/// A connection that keeps its statements prepared. EF Core makes a new command for each query, and SQLite would parse and plan
/// the same text each time, which costs more than running it. Serves one user at a time, as every connection.
/// </summary>
internal sealed class SqlitePreparedConnection(string connectionString) : SqliteConnection(connectionString)
{
    // Texts are few, except where a query has a list of varying length; beyond this, statements are not kept.
    private const int Most = 256;

    private readonly Dictionary<string, SqliteCommand> idle = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    protected override DbCommand CreateDbCommand() => new Command(this);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var command in idle.Values)
        {
            command.Dispose();
        }

        idle.Clear();
        base.Dispose(disposing);
    }

#pragma warning disable CA2100 // The text is what EF Core or a room of ours made; this class only passes it on.
    private SqliteCommand Take(string text) => idle.Remove(text, out var kept) ? kept : new SqliteCommand(text, this);
#pragma warning restore CA2100

    private void GiveBack(SqliteCommand command)
    {
        command.Parameters.Clear();
        if (State is not ConnectionState.Open || idle.Count >= Most || !idle.TryAdd(command.CommandText, command))
        {
            command.Dispose();
        }
    }

    /// <summary>A command that borrows the statement of its text until it is disposed.</summary>
    private sealed class Command(SqlitePreparedConnection connection) : DbCommand
    {
        private readonly SqliteParameterCollection parameters = new SqliteCommand().Parameters;
        private SqliteCommand? borrowed;
        private string text = string.Empty;

        [AllowNull]
        public override string CommandText
        {
            get => text;
            set
            {
                Return();
                text = value ?? string.Empty;
            }
        }

        public override int CommandTimeout { get; set; } = connection.DefaultTimeout;

        public override CommandType CommandType { get; set; } = CommandType.Text;

        public override bool DesignTimeVisible { get; set; }

        public override UpdateRowSource UpdatedRowSource { get; set; }

        protected override DbConnection? DbConnection
        {
            get => connection;
            set => throw new NotSupportedException();
        }

        protected override DbParameterCollection DbParameterCollection => parameters;

        protected override DbTransaction? DbTransaction { get; set; }

        public override void Cancel()
        {
            // SQLite's commands can't be cancelled.
        }

        public override int ExecuteNonQuery() => Ready().ExecuteNonQuery();

        public override object? ExecuteScalar() => Ready().ExecuteScalar();

        public override void Prepare() => Ready().Prepare();

        protected override DbParameter CreateDbParameter() => new SqliteParameter();

        protected override DbDataReader ExecuteDbDataReader(CommandBehavior behavior) => Ready().ExecuteReader(behavior);

        protected override void Dispose(bool disposing)
        {
            Return();
            base.Dispose(disposing);
        }

        private SqliteCommand Ready()
        {
            borrowed ??= connection.Take(text);
            borrowed.Transaction = (SqliteTransaction?)DbTransaction;
            borrowed.CommandTimeout = CommandTimeout;
            borrowed.Parameters.Clear();
            foreach (SqliteParameter parameter in parameters)
            {
                borrowed.Parameters.Add(parameter);
            }

            return borrowed;
        }

        private void Return()
        {
            if (borrowed is { } command)
            {
                borrowed = null;
                connection.GiveBack(command);
            }
        }
    }
}
