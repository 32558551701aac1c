"""Run the paper's studies on any corpus."""

from skprognet.experiments._arguments import kind_of_value as kind_of_value
from skprognet.experiments._arguments import options_of as options_of
from skprognet.experiments._arguments import takes_all as takes_all
from skprognet.experiments._arguments import takes_several as takes_several
from skprognet.experiments._arguments import takes_table as takes_table
from skprognet.experiments._between_corpora import transfer_between_corpora
from skprognet.experiments._between_tasks import transfer_between_tasks
from skprognet.experiments._corpora_design import CorporaDesign
from skprognet.experiments._methods import METHODS as METHODS
from skprognet.experiments._output_folder import OutputFolder as OutputFolder
from skprognet.experiments._plan import StudyPlan
from skprognet.experiments._plan_study import plan_study
from skprognet.experiments._plan_study import with_kind as with_kind
from skprognet.experiments._read_design import check_record as check_record
from skprognet.experiments._read_design import check_values as check_values
from skprognet.experiments._read_design import read_design
from skprognet.experiments._read_design import read_record as read_record
from skprognet.experiments._record import describe_record as describe_record
from skprognet.experiments._record import differences as differences
from skprognet.experiments._record import make_record as make_record
from skprognet.experiments._scales import AS_GIVEN as AS_GIVEN
from skprognet.experiments._scales import Z_SCORES as Z_SCORES
from skprognet.experiments._study import Study
from skprognet.experiments._tasks_design import TasksDesign
from skprognet.experiments._train_model import TrainedModel, train_model
from skprognet.experiments._write_study import check_report_extra as check_report_extra
from skprognet.experiments._write_study import file_names as file_names
from skprognet.experiments._write_study import format_study, write_study
from skprognet.experiments._write_study import study_contents as study_contents

# The other names above are for the command line.
__all__ = [
    "CorporaDesign",
    "Study",
    "StudyPlan",
    "TasksDesign",
    "TrainedModel",
    "format_study",
    "plan_study",
    "read_design",
    "train_model",
    "transfer_between_corpora",
    "transfer_between_tasks",
    "write_study",
]
