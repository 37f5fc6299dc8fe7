# step: controllers
fault component-stop kube-scheduler
