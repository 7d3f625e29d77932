/** @file The rules of types, shapes and statements. */
import { ExpressionRules } from "./expressions.js";
import * as t from "./tokens.js";

const { keyword } = t;

export class StatementRules extends ExpressionRules {
  // ---- Types

  type = this.RULE("type", () => {
    this.OR([{ ALT: () => this.SUBRULE(this.shape) }, { ALT: () => this.SUBRULE(this.namedType) }]);
  });

  namedType = this.RULE("namedType", () => {
    this.CONSUME(t.Name);
    this.OPTION(() =>
      this.OR([
        { ALT: () => this.AT_LEAST_ONE(() => this.SUBRULE(this.shape)) },
        {
          ALT: () =>
            this.AT_LEAST_ONE2(() => {
              this.CONSUME(t.Bar);
              this.CONSUME2(t.Name);
            }),
        },
      ]),
    );
  });

  result = this.RULE("result", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.shape) },
      {
        ALT: () => {
          this.CONSUME(keyword.if);
          this.SUBRULE(this.expression);
          this.CONSUME(keyword.then);
          this.SUBRULE(this.result);
          this.CONSUME(keyword.else);
          this.SUBRULE2(this.result);
        },
      },
    ]);
  });

  shape = this.RULE("shape", () => {
    this.CONSUME(t.LBracket);
    this.MANY_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.axis) });
    this.CONSUME(t.RBracket);
  });

  axis = this.RULE("axis", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Ellipsis);
          this.OPTION(() => this.CONSUME(t.Name));
        },
      },
      {
        ALT: () => {
          this.CONSUME(keyword.from);
          this.CONSUME(t.StringToken);
        },
      },
      { ALT: () => this.SUBRULE(this.expression) },
    ]);
  });

  // ---- Statements

  block = this.RULE("block", () => {
    this.CONSUME(t.LBrace);
    this.MANY(() =>
      this.OR([{ ALT: () => this.SUBRULE(this.returnStatement) }, { ALT: () => this.SUBRULE(this.statement) }]),
    );
    this.CONSUME(t.RBrace);
  });

  statement = this.RULE("statement", () => {
    this.OR([
      { ALT: () => this.SUBRULE(this.letStatement) },
      { ALT: () => this.SUBRULE(this.useStatement) },
      { ALT: () => this.SUBRULE(this.requireStatement) },
      { ALT: () => this.SUBRULE(this.serveStatement) },
      { ALT: () => this.SUBRULE(this.assignStatement) },
      { ALT: () => this.SUBRULE(this.paramStatement) },
      { ALT: () => this.SUBRULE(this.bufferStatement) },
      { ALT: () => this.SUBRULE(this.stateStatement) },
      { ALT: () => this.SUBRULE(this.scanStatement) },
    ]);
  });

  returnStatement = this.RULE("returnStatement", () => {
    this.CONSUME(keyword.return);
    this.SUBRULE(this.expression);
  });

  letStatement = this.RULE("letStatement", () => {
    this.CONSUME(keyword.let);
    this.SUBRULE(this.leftSide);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.type);
    });
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  leftSide = this.RULE("leftSide", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(t.Name);
          this.OPTION(() => this.SUBRULE(this.indices));
        },
      },
      {
        ALT: () => {
          this.CONSUME(t.LBracket);
          this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.CONSUME2(t.Name) });
          this.CONSUME(t.RBracket);
        },
      },
    ]);
  });

  indices = this.RULE("indices", () => {
    this.CONSUME(t.LBracket);
    this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.index) });
    this.CONSUME(t.RBracket);
  });

  index = this.RULE("index", () => {
    this.OR([
      { ALT: () => this.CONSUME(t.Ellipsis) },
      {
        ALT: () => {
          this.SUBRULE(this.expression);
          this.OPTION(() => {
            this.CONSUME(keyword.in);
            this.SUBRULE2(this.expression);
          });
        },
      },
    ]);
  });

  useStatement = this.RULE("useStatement", () => {
    this.CONSUME(keyword.use);
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
  });

  requireStatement = this.RULE("requireStatement", () => {
    this.CONSUME(keyword.require);
    this.SUBRULE(this.expression);
    this.CONSUME(t.Comma);
    this.CONSUME(t.StringToken);
  });

  serveStatement = this.RULE("serveStatement", () => {
    this.CONSUME(keyword.serve);
    this.SUBRULE(this.expression);
  });

  assignStatement = this.RULE("assignStatement", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Assign);
    this.SUBRULE(this.expression);
  });

  paramStatement = this.RULE("paramStatement", () => {
    this.CONSUME(keyword.param);
    this.CONSUME(t.Name);
    this.OPTION(() => this.SUBRULE(this.indices));
    this.CONSUME(t.Colon);
    this.SUBRULE(this.shape);
    this.CONSUME(t.Tilde);
    this.SUBRULE(this.expression);
    this.MANY(() => {
      this.CONSUME(t.Comma);
      this.SUBRULE(this.paramOption);
    });
    this.OPTION2(() => this.SUBRULE(this.when));
  });

  paramOption = this.RULE("paramOption", () => {
    this.OR([
      {
        ALT: () => {
          this.CONSUME(keyword.regularize);
          this.SUBRULE(this.expression);
        },
      },
      {
        ALT: () => {
          this.CONSUME(keyword.constrain);
          this.SUBRULE2(this.expression);
        },
      },
      { ALT: () => this.CONSUME(keyword.frozen) },
    ]);
  });

  bufferStatement = this.RULE("bufferStatement", () => {
    this.CONSUME(keyword.buffer);
    this.CONSUME(t.Name);
    this.CONSUME(t.Colon);
    this.SUBRULE(this.shape);
    this.OR([{ ALT: () => this.CONSUME(t.Is) }, { ALT: () => this.CONSUME(t.Tilde) }]);
    this.SUBRULE(this.expression);
    this.OPTION(() => this.SUBRULE(this.when));
  });

  stateStatement = this.RULE("stateStatement", () => {
    this.CONSUME(keyword.state);
    this.CONSUME(t.Name);
    this.OPTION(() => {
      this.CONSUME(t.Colon);
      this.SUBRULE(this.shape);
    });
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
    this.OPTION2(() => this.SUBRULE(this.when));
  });

  when = this.RULE("when", () => {
    this.CONSUME(keyword.when);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.else);
      this.SUBRULE2(this.expression);
    });
  });

  scanStatement = this.RULE("scanStatement", () => {
    this.SUBRULE(this.scanHeader);
    this.SUBRULE(this.block);
  });

  scanHeader = this.RULE("scanHeader", () => {
    this.CONSUME(keyword.scan);
    this.CONSUME(t.Name);
    this.CONSUME(keyword.in);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.with);
      this.AT_LEAST_ONE_SEP({ SEP: t.Comma, DEF: () => this.SUBRULE(this.carried) });
    });
  });

  carried = this.RULE("carried", () => {
    this.CONSUME(t.Name);
    this.CONSUME(t.Is);
    this.SUBRULE(this.expression);
    this.OPTION(() => {
      this.CONSUME(keyword.kept);
      this.OPTION2(() => this.SUBRULE(this.when));
    });
  });
}
