# step: by-hand
fault component-start kube-scheduler
